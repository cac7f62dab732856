"""One file a statistic: each holds its columns, a kernel on arrays, and the public function."""
