"""Addresses of stored files."""

from django.urls import re_path

from files.keys import KEY
from files.views import stored_file

urlpatterns = [re_path(f"^(?P<key>{KEY})$", stored_file, name="stored-file")]
