"""Where an ASGI server finds the application, which can be imported once Django is set up."""

import gc

import django
from django.utils.module_loading import import_string

from config import env
from server.private_files import restrict_new_files

restrict_new_files()
env.select_settings()
django.setup()
application = import_string("server.app.application")

# What start-up made stays for good: collecting garbage need not look at it again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
