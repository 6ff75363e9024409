"""What is being asked, everything a letter may say, the words, and the checks before it leaves."""
