"""CuttingASMR: a sentence becomes an 8-second ASMR video with sound."""

__version__ = "0.1.0"
