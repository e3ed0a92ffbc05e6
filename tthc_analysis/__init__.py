"""Analysis and reporting of administrative procedures (thủ tục hành chính) from one-stop dossier exports."""

__version__ = "0.1.0"
