"""The passes step by step: a graph goes in, a timeline and the page that plays it come out.

In reading order:

    backward_order  the order of a backward pass, edge by edge
    timeline        the steps of both passes, as data
    differences     gradients beside finite differences
    player          the page that plays (player.js, player.css)
    player_data     what the player is given: the steps, and the timelines of two well-known mistakes
    final_drawing   the graph laid out once, with the final numbers, so that nothing moves
    page            pages and notebook outputs
"""
