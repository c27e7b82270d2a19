"""The fault test: processes are killed and connections cut, and nobody may miss anything."""
