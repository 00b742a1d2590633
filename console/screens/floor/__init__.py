"""The floor: every station and branch on one wall."""
