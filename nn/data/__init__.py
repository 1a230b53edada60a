"""Data for training: a CSV file or a name goes in; a data set, its parts and what a network reads come out.

In reading order:

    messages              what is said about data that cannot be used
    splits                training, validation and test; folds; batches
    points                what the point in 1.000 means
    shared_cells          each text of a column once, and where it stands
    cells                 what is in a cell, and in a whole column: numbers, nothing, texts
    column                a column, read once, with all that is known of it
    frames                a DataFrame's columns
    python_cells          objects of Python become what they would be in a file
    table                 columns by name
    file_text             bytes become text
    csv_file              from a file, as people have them, to a table
    dates                 dates become numbers that learn
    dataset               a table, the column to predict, and what that means
    giveaways             columns that alone tell the target
    bundled               data sets at hand
    sklearn_transformers  scikit-learn's imputer and scaler: fitted to columns, and stored as JSON
    surprises             what is said about rows that a network answers for
    selection             which columns a network is given
    one_of_each           categories as numbers
    preprocessing         from columns to the numbers a network reads, and back
    targets               targets as numbers, and which ones a loss can take

A story: `csv_file` makes a `Table` of `Column`s, each of them read once; `dataset` judges them, and the parts of a
split take their rows along; `preprocessing` learns from the columns of the training set, and prepares any others.
"""

from nn.data.bundled import DATASETS, load
from nn.data.csv_file import read_csv
from nn.data.dataset import Dataset, dataset_of, load_csv
from nn.data.messages import DataError
from nn.data.splits import batches, k_fold, split
from nn.data.table import Table

__all__ = [
    "DATASETS",
    "DataError",
    "Dataset",
    "Table",
    "batches",
    "dataset_of",
    "k_fold",
    "load",
    "load_csv",
    "read_csv",
    "split",
]
