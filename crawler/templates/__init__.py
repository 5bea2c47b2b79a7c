"""What ``nianbao portals family`` writes: adapter, imitation and test, to be changed."""
