"""One agency file, one module: its columns, dates and oddities, nothing else."""
