"""The pages people work in and the JSON programs read; it reads from the store and acts through the desk."""
