"""What images consist of and what is seldom meant in them, for the goals that tell users: no image is made of it."""
