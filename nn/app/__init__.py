"""What `chalkgrad` does behind its commands: a table or a name goes in, a report and a model file come out.

In reading order:

    arguments      what the commands take, and what they may write over
    answer_table   answers beside the rows that they are for
    commands       how they end, whatever cannot be printed
    judging        how good a network is, beside what one gets for always answering the same
    side_by_side   who trains, if several can at the same time
    experiment     from a data set to a trained and judged network
    film           the decision boundary, epoch by epoch
    neurons        its neurons at a row, as a graph to step through
    what_if        the network on the page, with inputs to move: `what_if.js`
    report_folder  what may be replaced in it
    report         the folder that a training leaves
    plot_choices   what `chalkgrad plot` can draw
"""
