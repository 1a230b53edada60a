"""The table read in JavaScript: an operation goes in, the source of functions that a page can run comes out.

In reading order:

    rules           the value and the partials of an entry, as source
    elementary.js   what they are written in: the elementary functions, by hand
    computation     a recorded graph as data for a page
    computation.js  which computes it there, with other numbers
"""
