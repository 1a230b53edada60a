"""A graph becomes a picture: anything that answers nodes and edges goes in, a drawing comes out.

In reading order:

    folding           a model's graph folded into neurons and layers
    picture           what a drawing shows, as data
    theme             the colours, light and dark
    dress             colours, widths and digits, the same for all that follow
    cards             a node as rows of cells
    dot               the picture as DOT text
    tikz              the picture as TikZ, for papers
    columns           where the nodes of a large graph go, in linear time
    crossings         the order in a rank that lets few arrows cross
    layered           where cards and arrows go, without a program
    own_svg           the picture as SVG, without a program
    outside_program   asking a program that may be broken, hang or lie
    picture_formats   whether its answer is a picture
    graphviz_program  the program that lays a graph out
    graphviz_drawing  the drawing that people get, a `graphviz.Digraph`
"""
