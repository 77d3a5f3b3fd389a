"""The pages: templates, static modules, locales, and the routes that serve them."""
