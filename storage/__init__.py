"""storage knows: the programme, what people asked for, and everything still to be said."""
