"""The passes step by step: a graph goes in, a timeline and the page that plays it come out.

visits         the order of a backward pass, edge by edge
differences    gradients beside finite differences
mistakes       the timelines of two well-known mistakes, and what the player is given
still_drawing  the graph laid out once, so that nothing moves
player         the page that plays (player.js, player.css)
page           pages and notebook outputs
"""
