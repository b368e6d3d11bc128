"""What a page remembers of its visitor. States call services; they touch no database and no network themselves."""
