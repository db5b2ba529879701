"""A lossless workbook editor: changes cells in a zip of XML and nothing else."""
