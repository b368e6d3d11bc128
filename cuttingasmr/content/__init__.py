"""What the site says and offers, as data: templates, prose. No logic lives here."""
