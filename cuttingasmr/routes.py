"""Every page's path. Components and states link by these names, so none of them imports a page."""

HOME = "/"
PROFILE = "/profile"
SIGN_IN = "/sign-in"
SIGN_UP = "/sign-up"
NOT_FOUND = "/404"
