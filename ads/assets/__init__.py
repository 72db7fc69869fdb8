"""The pictures and videos of ads: each content kept once per business, known by what it is and not by its name."""
