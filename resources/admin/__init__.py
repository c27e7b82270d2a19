"""The admin site's pages of records: made from declarations, with history and refusals as forms.

Importing this package registers nothing, so that apps can extend its classes. Whatever they leave
is registered by `resources.admin.change_log`, which `config.apps` imports after all of them.
"""
