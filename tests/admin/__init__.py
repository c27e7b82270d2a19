"""The admin, whose pages are otherwise loaded with the first that is asked for."""

from importlib import import_module

import_module("config.admin_urls")
