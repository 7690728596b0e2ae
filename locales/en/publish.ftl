# Why a feed does not take a torrent.
feed-refusal-app = The feed does not take torrents of this app.
feed-refusal-kind = The feed does not take torrents of this kind of app.
feed-refusal-indexer = The feed does not take torrents of this indexer.
feed-refusal-category = The feed does not take this category.
feed-refusal-title = The title does not match the feed’s pattern.
feed-refusal-too-small = The content is smaller than the feed’s smallest size.
feed-refusal-too-large = The content is larger than the feed’s largest size.

# Why a filter cannot be saved.
feed-filter-pattern-too-long = The title pattern is too long.
feed-filter-pattern-syntax = The title pattern is not a valid regular expression.
feed-filter-pattern-too-costly = The title pattern is too complex. Make its repetitions smaller.
feed-filter-bad-list = A list of the filter is too long, or one of its values is empty or too long.
feed-filter-sizes-crossed = The smallest size is above the largest.
