"""What `chalkgrad` does behind its commands: a table or a name goes in, a report and a model file come out.

arguments      what the commands take, and how they report errors
experiment     from a data set to a trained and judged network
model_file     a trained model with all that is needed to use it
report         the folder that a training leaves
film           the decision boundary, epoch by epoch
plot_commands  what `chalkgrad plot` draws
"""
