drop function metrics.append_segment;
