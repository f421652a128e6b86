"""What a bench plays: evenings with their truth."""
