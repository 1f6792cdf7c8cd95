"""Values of a film enter; a page that a browser shows without a network leaves. `look.css` is how every page looks."""
