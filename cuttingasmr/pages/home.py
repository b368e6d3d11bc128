"""The home page."""
import reflex as rx

def home() -> rx.Component:
    return rx.el.main(rx.el.h1("CuttingASMR"))
