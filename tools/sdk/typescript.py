def write_typescript(api): return {}
