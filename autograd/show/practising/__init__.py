"""Predict, then reveal: a graph goes in, questions with diagnosed answers come out, on a page, in a terminal, on paper.

In reading order:

    mistakes       the table of typical mistakes: what each gives, and the sentence that helps
    questions      what can be asked of a graph, with the answer and what each mistake gives there
    good_numbers   numbers that make good questions of a graph, and others of them
    answers        an answer, read and judged
    wording        what a question says: prompt, hints, solution
    practice_page  the page that asks: practice.css and the scripts
    dialog         the questions in a terminal
    worksheet      the questions on paper, with a key: worksheet.css
    exercises      graphs made to order, by level and seed

and the scripts of the page:

    answers.js     an answer, read and judged, as answers.py does it
    practice.js    the questions, asked one after the other
"""
