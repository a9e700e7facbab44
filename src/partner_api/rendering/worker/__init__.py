"""The built-in worker: it claims slideshows, renders them in processes of their own, and stores them."""
