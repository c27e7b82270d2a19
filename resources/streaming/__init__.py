"""What subscribers hear of changes: who may see a row now, and who could before."""
