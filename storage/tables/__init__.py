"""The rows. Instants are stored in UTC and come back aware; the rules about them live in the store.

A module for what is used together: a question on the command line need not wait for the tables it does not read.
"""
