raise SystemExit("`check` runs no program")
