"""storyreel: a storyboard in YAML goes in, one finished cut comes out. Start reading at `pipeline.produce`."""
