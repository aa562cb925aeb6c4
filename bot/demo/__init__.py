"""The demo: a real homeserver on loopback, the bot in its rooms, the sample programme, a conversation."""
