"""Pictures made safe to show: decoded and written anew in processes of their own."""
