"""Promotion: which version of a tier may be taken over into production, and by which evidence."""
