"""Where an ASGI server finds the application, which can be imported once Django is set up."""

import django
from django.utils.module_loading import import_string

from config import env
from server.garbage import look_seldom
from server.private_files import restrict_new_files

restrict_new_files()
env.select_settings()
django.setup()
application = import_string("server.app.application")

look_seldom()
