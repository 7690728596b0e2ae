-- Each webhook asks how many grabs of its app wait for a row of the history.
CREATE INDEX grab_unconfirmed ON grab (app) WHERE state = 'pending' AND seen_in_history = 0;
