"""Addresses of stored files."""

from django.urls import re_path

from files.views import stored_file

# Keys as `store_picture` makes them; no other text reaches the database or the storage.
KEY = r"^(?P<key>pictures/[0-9]{4}/[0-9]{2}/[0-9a-f]{32}\.[a-z]+)$"

urlpatterns = [re_path(KEY, stored_file, name="stored-file")]
