"""This package finds in BUILD files and locks what builds and still is seldom meant: the problems of `strata-lint`."""
