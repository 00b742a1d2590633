"""What commands about tasks come to, by what they do. Pure."""
