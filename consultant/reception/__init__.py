"""The SMTP door: right mailbox, small enough, under the limits? Then the letter is kept, and only then 250 said."""
