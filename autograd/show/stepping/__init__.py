"""The passes step by step: a graph goes in, a timeline and the page that plays it come out.

In reading order:

    backward_order  the order of a backward pass, edge by edge
    timeline        the steps of both passes, as data
    differences     gradients beside finite differences
    graph_data      the graph as a page takes it that computes
    samples         the losses of single samples in the mean of them
    condensed       a graph of only some of another's nodes
    player_data     what the player is given: the graph, the timelines of two well-known mistakes, what learns
    player          the page that plays: player.css and the scripts
    final_drawing   the graph laid out once, with the final numbers, so that nothing moves
    moving_picture  a picture for each step, and a GIF of them
    page            pages and notebook outputs

and the scripts of the page, which compute everything again when a number is touched:

    timeline.js     both passes and what each step says, as timeline.py has them
    derivation.js   the chain rule along every path
    differences.js  gradients beside finite differences
    player.js       a timeline that moves, its controls and keys
    drawing.js      a drawing that is patched in place
    places.js       where a path, a step and a gradient are in it
    leaves.js       the leaves' numbers, to be changed
    learning.js     steps of gradient descent
    samples.js      whose sample is looked at
    handout.js      every step in a list, on paper
    stepper.js      all of it: one graph, stepped through
    frames.js       one of several pictures at each step
"""
