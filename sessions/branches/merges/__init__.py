"""Which branches merge and which collide: the truth is git's own merge, each only once ever."""
