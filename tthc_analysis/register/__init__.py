"""Exports in, validated dossiers out: what a one-stop system gives becomes the register, or it is said exactly why not."""
