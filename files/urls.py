"""Addresses of stored files."""

from django.urls import path

from files.views import stored_file

urlpatterns = [path("<path:key>", stored_file, name="stored-file")]
