"""Pull requests and commit statuses: GitHub's, and a forge of plain files. The only home of `github`."""
